"""Lists of first names, surnames, sites and things of the demo tenant: words only.

Never a real person: any likeness comes from combining common names at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Culture:
    """First names and surnames that go together."""

    first_names: tuple[str, ...]
    surnames: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


DUTCH: Final = Culture(
    _names(
        "Anouk, Annelies, Arjan, Arie, Aafke, Bas, Bram, Britt, Bernard, Babette, Carolien, Cees, "
        "Coen, Christa, Daan, Dirk, Dieuwertje, Doutzen, Esmée, Eva, Evert, Elise, Femke, Floor, "
        "Frans, Freek, Gerrit, Geertje, Gijs, Greet, Hendrik, Hanneke, Hugo, Heleen, Ilse, Ingrid, "
        "Ivo, Inge, Jan, Jeroen, Joost, Jasmijn, Joëlle, Klaas, Karin, Koen, Kim, Lars, Lotte, Lieke, "
        "Loes, Luuk, Maarten, Maud, Merel, Mieke, Marijn, Niels, Noor, Nienke, Nico, Onno, Olga, Otto, "
        "Pieter, Paula, Petra, Pim, Quinten, Quirine, Roos, Ruben, Rianne, Rik, Renée, Sanne, Sjoerd, "
        "Sven, Saskia, Stijn, Tessa, Thijs, Teun, Truus, Tjitske, Ursula, Ubbo, Veerle, Vincent, Vera, "
        "Wouter, Willemijn, Wim, Wendy, Xander, Xandra, Yvonne, Youri, Yfke, Zoë, Zeger, Zwaantje"
    ),
    _names(
        "Jansen, de Vries, van den Berg, van Dijk, Bakker, Visser, Smit, Meijer, de Boer, Mulder, "
        "de Groot, Bos, Vos, Peters, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Smits, "
        "de Graaf, van der Meer, van der Linden, Kok, Jacobs, de Haan, Vermeulen, van den Heuvel, "
        "van der Veen, van den Broek, de Bruijn, van der Heijden, Schouten, van Beek, Willems, "
        "van Vliet, Hoekstra, Maas, Verhoeven, Koster, van Dam, van der Wal, Prins, Blom, Huisman, "
        "Peeters, de Jong, Kuipers, van Veen, Post, Kuijpers, Veenstra, Kramer, van den Brink, "
        "Scholten, van Wijk, Postma, Martens, Vink, de Ruiter, Timmermans, Groen, Gerritsen, Jonker, "
        "van Loon, Boer, van der Velde, Willemsen, Smeets, de Lange, de Vos, Bosch, van Dongen, "
        "Schipper, de Koning, van der Laan, Koning, Driessen, van Doorn, Hermans, Evers, "
        "van den Bosch, Hofman, Bosman, Wolters, Sanders, van der Horst, Mol, Kuiper, Molenaar, "
        "van de Pol, Verbeek, in 't Veld, van 't Hof, van 't Wout, ter Horst, ter Braak, ten Brinke, "
        "ten Cate, op de Beek, op 't Hoog, uit den Boogaard, van de Ven, van de Sande, van der Zwaan, "
        "de la Fosse, 't Hart, 't Hoen, den Hartog, den Ouden, te Riele, Daniëls, Coers, Hiemstra, "
        "Fokkema, Zijlstra, Bruinsma, Wiersma, van Ginneken, Rutten, Janssen"
    ),
)

CULTURES: Final = (
    Culture(
        _names(
            "Ayşe, Emre, Çağla, Mehmet, Elif, Yiğit, Şule, Ömer, Zeynep, Burak, Gülşen, İbrahim, "
            "Fatma, Kerem, Tuğba, Hüseyin, Nuray, Deniz, Uğur, Selin"
        ),
        _names(
            "Yılmaz, Demir, Şahin, Çelik, Yıldız, Öztürk, Aydın, Arslan, Doğan, Kılıç, Çetin, Koç, "
            "Kurt, Özdemir, Aslan, Güneş, Erdoğdu, Tekin, Karataş, Bulut, Akgün, Taş"
        ),
    ),
    Culture(
        _names(
            "Fatima, Mohamed, Youssef, Naïma, Khadija, Hicham, Rachid, Samira, Amine, Soukaina, Ilyas, "
            "Hafsa, Bilal, Zineb, Tarik, Loubna, Karim, Nadia, Othmane, Dounia"
        ),
        _names(
            "El Idrissi, Benali, Amrani, El Khattabi, Bouazza, Aït Brahim, Chaouch, El Mansouri, "
            "Haddou, Ouali, Bennani, Tahiri, Azzouzi, El Yaakoubi, Lahlou, Ziani, Saïdi, Moussaoui, "
            "Bakkali, Fassi, Rahmani, Jabri"
        ),
    ),
    Culture(
        _names(
            "Shanti, Rishi, Soraya, Winston, Chandra, Romeo, Farida, Humphrey, Priya, Stanley, "
            "Maureen, Radjesh, Giselle, Edmund, Sharida, Orlando, Xaviera, Dewi, Kenneth, Lilian"
        ),
        _names(
            "Ramdin, Kalloe, Pinas, Wijngaarde, Ramkisoen, Sewnath, Bhagwandin, Tjon A Ten, Lieveld, "
            "Zeefuik, Baldewsingh, Sital, Landveld, Kasanpawiro, Soekhoe, Pengel, Codrington, Venloo, "
            "Mungroo, Tirion"
        ),
    ),
    Culture(
        _names(
            "Paweł, Agnieszka, Łukasz, Małgorzata, Krzysztof, Zofia, Michał, Ewa, Grzegorz, Żaneta, "
            "Stanisław, Jolanta, Rafał, Beata, Wojciech, Iwona, Tadeusz, Urszula, Dorota, Piotr"
        ),
        _names(
            "Kowalczyk, Wiśniewski, Dąbrowski, Zieliński, Wróbel, Jabłoński, Szymański, Woźniak, "
            "Kozłowski, Mazur, Krawczyk, Piątek, Głowacki, Pawłowski, Łuczak, Sikora, Ostrowski, Żak, "
            "Bąk, Chmiel"
        ),
    ),
    Culture(
        _names(
            "Jürgen, Katrin, Björn, Heike, Günther, Anke, Jörg, Sabine, Matthias, Ute, Torsten, Käthe, "
            "Uwe, Birgit, Florian, Greta, Lutz, Monika, Steffen, Wiebke"
        ),
        _names(
            "Müller, Schäfer, Großmann, Weiß, Köhler, Strauß, Böhm, Jäger, Voß, Krüger, Preuß, "
            "Schröder, Lübke, Hübner, Lange-Thies, Rößler, Bäcker, Franke, Vogt, Zöllner"
        ),
    ),
    Culture(
        _names(
            "Chloé, François, Amélie, Benoît, Hélène, Jérôme, Anaïs, Loïc, Océane, Rémi, Solène, "
            "Gaëlle, Thibault, Mathilde, Étienne, Noémie, Pascal, Delphine, Yann, Irène"
        ),
        _names(
            "Lefèvre, Dubois, Garçon, Moreau, Fournier, Beauchêne, Lemaître, Bérard, Rousseau, "
            "d'Aubigny, Lacroix, Château, Marchand, Desforêts, Perrin, Gaillard, Noël, Tessier, "
            "Le Goff, Vidal"
        ),
    ),
    Culture(
        _names(
            "Minh, Thị Hạnh, Anh, Văn Đức, Hương, Quốc, Linh, Bảo, Tuấn, Ngọc, Phương, Dũng, Yến, "
            "Khánh, Hải, Trâm, Sơn, Uyên, Lộc, Cẩm"
        ),
        _names(
            "Nguyễn, Trần, Lê, Phạm, Huỳnh, Hoàng, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, "
            "Đinh, Tô, Tăng, Châu"
        ),
    ),
)

SITES: Final = (
    "Rotterdam", "Venlo", "Moerdijk", "Tilburg", "Schiphol", "Vlissingen", "Antwerpen", "Duisburg",
)  # fmt: skip
MAILBOXES: Final = (
    "Planning", "Douane", "Facturen", "Klantenservice", "Inkoop", "Storingsdienst", "Retouren", "Vacatures",
    "Schademelding", "Magazijn", "Chartering", "Receptie",
)  # fmt: skip
ROOMS: Final = ("Kadezaal", "Maaszaal", "Dokkamer", "Loodsoverleg", "Vuurtoren", "Ankerkamer")
EQUIPMENT: Final = ("Busje", "Beamer", "Scanset", "Heftruck")
PARTNERS: Final = ("scheldehaven", "veluwetransport", "rijnterminal", "bosbrug", "kadewerk")
