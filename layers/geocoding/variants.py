"""Characters of addresses that are written in more than one way, folded to one (R31).

Old forms, variants and shapes that stand for one another in place names. Every pair folds one
character to one, so positions in the folded text still point into the text as typed.
"""

from __future__ import annotations

# Read in pairs: what is written, what it folds to.
_PAIRS = """
澤沢 齋斎 齊斉 邊辺 邉辺 濵浜 濱浜 髙高 﨑崎 嵜崎 碕崎 龍竜 國国 廣広 檜桧 會会 學学 縣県 區区 號号
驛駅 關関 鐵鉄 條条 櫻桜 瀧滝 澁渋 淺浅 靜静 彌弥 圓円 壽寿 嶋島 嶌島 嶽岳 舊旧 藏蔵 假仮 萬万 榮栄
惠恵 德徳 來来 團団 圖図 寶宝 實実 寫写 對対 屬属 峽峡 峯峰 應応 懷懐 戶戸 拂払 拔抜 數数 斷断 晝昼
曉暁 樂楽 樓楼 樣様 檢検 櫟檪 歐欧 步歩 歸帰 殘残 淨浄 淵渕 渊渕 溪渓 潛潜 濟済 瀨瀬 灣湾 爐炉 爭争
犧犠 狹狭 獨独 瑤瑶 甁瓶 疊畳 發発 盜盗 眞真 禮礼 禪禅 稻稲 穗穂 穩穏 竊窃 竝並 粹粋 絲糸 經経 緣縁
縱縦 總総 繩縄 繪絵 繼継 續続 纖繊 聲声 聽聴 臺台 與与 舍舎 莊荘 莖茎 萠萌 蘆芦 藥薬 處処 蟲虫 蠶蚕
衞衛 裝装 覺覚 覽覧 觀観 觸触 譯訳 證証 讀読 豐豊 豫予 賣売 賴頼 贊賛 踐践 輕軽 轉転 辨弁 辯弁 遙遥
遞逓 邨村 鄕郷 郞郎 醉酔 醫医 釋釈 鈎鉤 錢銭 鑛鉱 鎭鎮 鑄鋳 閒間 陷陥 隱隠 雙双 雜雑 靈霊 顏顔 顯顕
飮飲 餘余 舘館 騷騒 驗験 髓髄 鬪闘 鷄鶏 鷗鴎 鹽塩 麥麦 黃黄 黑黒 默黙 點点 齒歯 齡齢 龜亀 龝秋 穐秋
亞亜 佛仏 倂併 僞偽 價価 儉倹 兒児 兩両 凉涼 剩剰 劍剣 勞労 勳勲 勵励 勸勧 卷巻 吳呉 單単 嚴厳 囑嘱
圍囲 堯尭 增増 墮堕 壓圧 壘塁 壞壊 壤壌 奧奥 奬奨 孃嬢 寢寝 將将 專専 巢巣 巖巌 廢廃 廳庁 彈弾 徑径
從従 徵徴 恆恒 惡悪 惱悩 慘惨 戀恋 戰戦 戲戯 拜拝 搜捜 插挿 搖揺 擇択 擧挙 據拠 攝摂 收収 效効 敕勅
敍叙 晉晋 棧桟 椶棕 槇槙 橫横 檮梼 氣気 沒没 涉渉 滯滞 滿満 澀渋 燈灯 燒焼 營営 狀状 畫画 當当 盡尽
祕秘 祿禄 稱称 缺欠 罐缶 肅粛 腦脳 膽胆 臟臓 虛虚 螢蛍 變変 豬猪 辭辞 遲遅 邇迩 釀醸 鍊錬 隨随 雞鶏
霸覇 靑青 頰頬 飜翻 餠餅 驅駆 籠篭 籐藤 礒磯 埜野 冨富 畄留 畧略 畠畑 圀国 圡土 﨟臈 桒桑 桺柳 栁柳
梹浜 杤栃 枥栃 涌湧 逹達 迯逃 祗祇 禰祢 籔薮 藪薮 蕋蕊 薗園 莵菟 蛎蠣 蝿蠅 諫諌 讚讃 賎賤 躯軀 鯵鰺
鳫雁 鴈雁 鴬鶯 麸麩 麺麵 鹸鹼 糀麹 麴麹 曾曽 煉錬 甞嘗 翆翠 脅脇 袮祢 竈釜 竃釜 釡釜 垰峠 阪坂 壷壺
躰体 體体 軆体 淸清 凊清 晄晃 朖朗 舩船 亰京 儘侭 剱剣 劔剣 剎刹 卆卒 斈学 亙亘 仭仞 侠俠 倶俱 凛凜
廐厩 廏厩 噛嚙 嚢囊 填塡 姬姫 宫宮 寳宝 寬寛 尓爾 屛屏 帋紙 并幷 廻回 弌一 弎三 弍二 挾挟 掴摑 掻搔
撹攪 攅攢 昻昂 枡桝 楳梅 棊棋 潅灌 溌潑 濤涛 焔焰 獏貘 痩瘦 皐皋 硏研 祷禱 繋繫 繍繡 羗羌 聨聯 舖舗
藝芸 蝋蠟 蝉蟬 裡裏 醤醬 鈩鑪 鋪舗 鎚槌 閇閉 鄰隣 靱靭 頚頸 駈駆 騨驒 鼡鼠 龢和 治冶 萓萱
"""

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワケケ")


def _table() -> dict[int, str]:
    pairs = (pair for pair in _PAIRS.split() if pair[0] != pair[1])
    table = {ord(pair[0]): pair[1] for pair in pairs}
    table |= {code: chr(code + 0x60) for code in range(0x3041, 0x3097)}  # hiragana to katakana
    table = {code: to.translate(_SMALL) for code, to in table.items()}
    table |= {small: chr(large) for small, large in _SMALL.items()}
    # カ・ガ・ケ are written for one another between words (旭が丘, 旭ヶ丘, 袖ケ浦); の・ノ・之・乃 likewise.
    table |= {ord(c): "ケ" for c in "カガケかがけヶヵゕゖ"} | {ord(c): "ノ" for c in "のノ之乃"}
    return table | {ord("壱"): "一", ord("壹"): "一", ord("弐"): "二", ord("貳"): "二"}


FOLDS: dict[int, str] = _table()


def fold_char(char: str) -> str:
    """The one character ``char`` is folded to (itself if it has no variants)."""
    return FOLDS.get(ord(char), char)
